create sequence s;
select nextval('s'), nextval('s') from generate_series(1, 10);
