create table t (a int, b int, primary key (a, b));
create table u (a int, b int, constraint fk foreign key (a, b) references t on delete set null);
