create operator family fam using gist;
alter operator family fam using gist add operator 15 <-> (point, point) for order by float_ops;
