create table t(id bigint generated always as identity (start 7 maxvalue 1000 cycle));
create table u(id bigint generated always as identity (sequence name useq increment -1));
