CREATE TABLE shelf (aisle integer, place integer) PARTITION BY LIST (aisle);
CREATE TABLE shelf_1 PARTITION OF shelf FOR VALUES IN (1) PARTITION BY RANGE (place);
CREATE TABLE shelf_1_low PARTITION OF shelf_1 FOR VALUES FROM (0) TO (10);
CREATE TABLE a_box (aisle integer, place integer);
