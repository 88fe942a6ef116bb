create role corpus_owner superuser;
create subscription s connection 'host=nowhere' publication a with (connect = false, slot_name = none);
