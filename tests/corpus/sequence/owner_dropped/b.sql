create sequence s increment 2;
create table u(b int default nextval('s'));
