CREATE TABLE t (x int, id bigint);
