create role corpus_owner;
create type pair as (a int);
