CREATE TABLE t (b int, a int);
CREATE TABLE t_before (x int);
