create sequence s as int increment 2 minvalue 3 maxvalue 1000 start 10 cache 20 cycle;
