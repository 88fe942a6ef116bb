create role corpus_owner superuser;
create function f() returns event_trigger language plpgsql as 'begin end';
create event trigger e on sql_drop execute function f();
alter event trigger e enable replica;
alter event trigger e owner to corpus_owner;
