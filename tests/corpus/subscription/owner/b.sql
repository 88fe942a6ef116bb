create role corpus_owner superuser;
create subscription s connection 'host=nowhere' publication a with (connect = false, slot_name = none);
alter subscription s owner to corpus_owner;
