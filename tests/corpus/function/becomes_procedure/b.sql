create procedure p() language sql as 'select';
