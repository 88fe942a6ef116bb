create table t (id int primary key, old text unique);
create view v as select old from t;
create index i on t (lower(old));
