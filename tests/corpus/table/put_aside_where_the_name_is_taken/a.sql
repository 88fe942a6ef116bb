CREATE TABLE t (a int, b int);
CREATE TABLE t_before (x int);
