program main
  include '@CANARY@'
end program main
