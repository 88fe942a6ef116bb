CREATE TABLE t (id uuid, x int);
