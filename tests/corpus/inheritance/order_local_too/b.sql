create table p (a int, b int, c int);
create table child (c int, own int, a int, b int);
alter table child inherit p;
comment on table child is 'its columns are its own as well';
