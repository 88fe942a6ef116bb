create table t (id int);
revoke all on t from postgres;
