create role corpus_owner;
create domain d as int;
