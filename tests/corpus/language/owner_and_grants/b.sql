create role corpus_owner;
create trusted language mine handler plpgsql_call_handler;
alter language mine owner to corpus_owner;
revoke usage on language mine from public;
