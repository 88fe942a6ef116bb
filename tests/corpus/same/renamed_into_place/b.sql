create table old (id int constraint t_pkey primary key);
alter table old rename to t;
