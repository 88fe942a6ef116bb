create table t (id int primary key);
create table u (id int constraint fk references t on delete cascade);
