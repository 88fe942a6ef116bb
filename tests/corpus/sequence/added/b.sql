create sequence s as smallint increment -1 minvalue -100 maxvalue -1 start -5 cache 3 cycle;
comment on sequence s is 'x';
