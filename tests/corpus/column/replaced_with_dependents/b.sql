create table t (id int primary key, new text unique);
create view v as select new as old from t;
create index i on t (lower(new));
