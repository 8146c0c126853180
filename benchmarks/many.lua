-- wrk script: POST the bodies in the file $TBODIES in turn, one a line; POST_LUA names post.lua, whose last lines report.
dofile(os.getenv("POST_LUA"))
local requests, at = {}, 0
init=function(args)
  -- Made before the clock runs, so that the generator costs the same for ten clients as for thousands.
  for body in io.lines(os.getenv("TBODIES")) do requests[#requests+1]=wrk.format(nil,nil,nil,body) end
end
request=function()
  at=at%#requests+1
  return requests[at]
end
