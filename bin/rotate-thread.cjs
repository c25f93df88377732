// The second thread of `runlog rotate`: from what V8 compiled of the command line it is at work in two thirds of the time.
require('./runlog').load('main.cjs').serveRotation();
