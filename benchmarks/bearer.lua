-- wrk script: GET the address with the access tokens in the file $TBODIES in turn, one a line; POST_LUA names post.lua.
dofile(os.getenv("POST_LUA"))
wrk.method="GET"
wrk.headers["Content-Type"]=nil
wrk.body=nil
local requests, at = {}, 0
init=function(args)
  for token in io.lines(os.getenv("TBODIES")) do requests[#requests+1]=wrk.format(nil,nil,{["Authorization"]="Bearer "..token}) end
end
request=function()
  at=at%#requests+1
  return requests[at]
end
