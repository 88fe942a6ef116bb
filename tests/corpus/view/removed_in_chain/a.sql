create table t (id int);
create view a as select id from t;
create view b as select id from a;
create view c as select id from b;
