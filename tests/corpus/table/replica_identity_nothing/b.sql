create table t (id int not null);
alter table t replica identity nothing;
