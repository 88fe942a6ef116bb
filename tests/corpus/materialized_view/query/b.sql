create table t (id int, n int);
create materialized view m as select id, n from t;
create index m_i on m (id);
comment on materialized view m is 'kept';
create view v as select id from m;
