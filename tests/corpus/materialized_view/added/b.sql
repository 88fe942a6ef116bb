create table t (id int);
create materialized view m as select id from t with no data;
create index m_i on m (id);
