create sequence s;
create table t(a int default nextval('s'));
alter sequence s owned by t.a;
