create role corpus_owner;
create type pair as (a int);
alter type pair owner to corpus_owner;
