create table kept (id int generated always as identity);
