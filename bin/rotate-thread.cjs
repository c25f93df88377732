// The second thread of `runlog rotate`: from what V8 compiled of the command line it is at work in half the time.
require('./runlog').load('main.cjs').serveRotation();
