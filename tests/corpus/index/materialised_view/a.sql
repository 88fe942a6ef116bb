create table t (n text);
create materialized view m as select n from t;
