create role corpus_owner;
create trusted language mine handler plpgsql_call_handler;
