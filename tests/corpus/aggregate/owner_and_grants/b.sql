create role corpus_owner;
create aggregate total(int) (sfunc = int4pl, stype = int);
alter aggregate total(int) owner to corpus_owner;
revoke all on function total(int) from public;
