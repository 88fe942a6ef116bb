create role corpus_owner;
create operator class my_ops for type int using hash as operator 1 =, function 1 hashint4(int);
alter operator class my_ops using hash owner to corpus_owner;
