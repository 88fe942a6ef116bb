create type mood as enum ('a');
create type other as enum ('a');
