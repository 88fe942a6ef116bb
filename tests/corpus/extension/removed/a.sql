create extension citext;
create table t (n citext);
