create table t (n text);
create materialized view m as select n from t;
create unique index i on m (n);
