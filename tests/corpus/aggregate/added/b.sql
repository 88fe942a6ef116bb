create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '5', combinefunc = int4pl, parallel = safe, sortop = >);
comment on aggregate total(int) is 'x';
