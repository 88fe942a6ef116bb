create role corpus_owner;
create role corpus_reader;
create schema app;
create table app.t (id serial primary key);
create view app.v as select id from app.t;
create function app.f() returns int language sql as 'select 1';
