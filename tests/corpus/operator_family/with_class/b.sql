create operator family fam using hash;
create operator class my_ops for type int using hash family fam as operator 1 =, function 1 hashint4(int);
alter operator family fam using hash add operator 1 = (int8, int8), function 1 (int8, int8) hashint8(int8);
