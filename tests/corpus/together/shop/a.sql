create type status as enum ('new', 'paid');
create table customers (id serial primary key, email varchar(50) not null unique);
create table orders (id serial primary key, customer_id int references customers, status status default 'new', total numeric);
create view open_orders as select o.id, c.email from orders o join customers c on c.id = o.customer_id where o.status = 'new';
create function order_total(int) returns numeric language sql stable as 'select total from orders where id = $1';
