create materialized view m with (fillfactor = 80) as select 1 as id;
alter materialized view m alter id set statistics 10;
