#!/bin/sh
# test: once
# Each recipe of dkim-tools(7) is what the tests of mail systems run: the lines
# between "# recipe" and "# end" in the files of tests/mta.
. "${0%/*}/lib.sh"
page=$TOP/man/dkim-tools.7
for file in "$TOP"/tests/mta/*; do
	for name in $(sed -n 's/^# recipe //p' "$file"); do
		sed -n "/^# recipe $name\$/,/^# end\$/{/^# recipe/d;/^# end/d;p}" "$file" |
		    sed "s,@T@,\$HOME,g" >recipe
		python3 - "$page" recipe <<-'END'
			import re, sys
			page = open(sys.argv[1]).read()
			page = re.sub(r"(?m)^\\&", "", page).replace("\\e", "\\")
			recipe = open(sys.argv[2]).read()
			sys.exit(not (recipe and ".Bd -literal -offset indent\n%s.Ed\n" % recipe in page))
		END
		result $? "the recipe $name of ${file##*/} is in dkim-tools(7)"
	done
done
is "and so many are there" "$TESTS" 18
done_testing
