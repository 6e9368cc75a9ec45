/**
 * Requests that a real chirp_server and ours must answer alike.
 *
 * @module
 */

/** Requests whose answers must be those of chirp_server, one line each; data stands behind `|`. */
export const SCRIPT = String.raw`
whoami 5
whoami 0
whoami -1
whoami
version
 whoami 4
putfile /f 420 5|hello
getfile /f
getfile f
getfile //x/../f/
getfile /none
getfile /
putfile /f 420 -1
putfile / 420 3
putfile /no/f 420 3
putfile /f/g 420 1
putfile /e%20x 33261 3|abc
stat /e%20x
stat /f/x
lstat /f
statfs /
statfs /f
mkdir /d 493
mkdir /d 493
mkdir /f 493
mkdir /no/d 493
mkdir /f/d 493
mkdir / 493
getdir /
getlongdir /d
getdir /f
getdir /none
getacl /
getacl /f
setacl /d unix:bob rl
setacl /d unix:c v(rl)
setacl /d unix:c v
setacl /d unix:bob .
getacl /d
setacl /f unix:bob rl
setacl /none unix:b rl
open /f r 0
open /f rw 0
open /new wct 420
pwrite 2 5 0|hello
pwrite 2 5 8|world
pread 2 5 0
close 2
pread 0 100 0
open /new rw 0
pread 2 100 0
pread 2 -1 0
pread 2 1 -1
pread 2 10 100
pread 99 1 0
pwrite 99 3 0|abc
pwrite 2 3 -1|abc
pwrite 2 -1 0
pwrite 0 3 0|abc
ftruncate 2 3
fstat 2
ftruncate 2 -1
ftruncate 0 3
ftruncate 99 1
fchmod 2 511
fstat 2
fchown 99 1 1
fsync 2
fsync 99
fstatfs 2
close 0
close 0
open /f
open /f r
open /none r 0
open /f wcx 420
open /d r 0
fstatfs 0
pread 0 10 0
close 0
open /d w 0
open /f zzz 0
close 0
open /f a 0
pwrite 0 1 0|x
close 0
open /f wa 0
pwrite 0 2 100|xy
close 0
getfile /f
close 1
close 2
close 99
open /f/g wc 420
open /s wct 420
pwrite 0 20 0|abcdefghijklmnopqrst
swrite 0 4 2 5 0|WXYZ
close 0
open /s rw 0
sread 0 6 2 5 0
sread 0 100 3 5 0
sread 0 6 0 5 0
sread 0 5 2 5 0
sread 0 6 2 5 19
sread 0 -1 2 5 0
sread 0 6 2 5 -1
sread 0 100 4 -2 10
swrite 0 4 2 5 100|WXYZ
swrite 0 5 2 5 0|12345
pread 0 100 0
close 0
access /f 4
access /f 1
access /d 7
access /none 0
chmod /f 511
stat /f
chmod /d 0
stat /d
chmod /none 0
chown /none 1 1
utime /f 1000 2000
utime /f 1.5 2
utime /none 1 2
truncate /f 3
truncate /f 10
getfile /f
truncate /d 1
truncate /none 1
truncate /f -1
truncate /f 5abc
stat /f
symlink f /l
readlink /l 1024
readlink /l 0
readlink /l 1
readlink /f 100
lstat /l
stat /l
getfile /l
symlink f /l
symlink /none /l2
stat /l2
symlink ../../../etc/passwd /l3
getfile /l3
symlink a%20b /l4
readlink /l4 100
unlink /l4
symlink d /ld
getdir /ld
putfile /ld/zz 420 2|zz
getfile /d/zz
unlink /ld/zz
rmdir /ld
md5 /f
hash md5 /f
hash sha1 /f
hash sha256 /f
md5 /d
localpath /f
localpath /none
setrep /f 2
rename /f /f2
rename /none /x
rename /f2 /f
rename /f /f
rename /d /d/e
rename /f /d
rename /d /f
rename /f /d/f
rename /d/f /f
rename /f /no/f
link /f /h
link /f /h
link /d /hd
unlink /h
unlink /d
unlink /none
unlink /f/x
rmdir /none
rmdir /f
rmdir /
rmdir /f/x
rmall /f/x
mkdir /r 493
putfile /r/f 420 1|x
rmdir /r
rmall /r
rmall /none
stat /%2e%2e/%2e%2e/f
stat /..%2f..%2ff
putfile /%C3%A4 420 1|x
getfile /%C3%A4
getdir /
unlink /%C3%A4
search *.nothing / 0
search f / 0
search d / 4
search * /none 0
search * /f 0
audit /
audit /f
audit /none
lsalloc /
debug x
`.split("\n").filter((line) => line !== "");
