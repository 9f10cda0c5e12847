# recipe sieve
require ["vnd.dovecot.filter", "fileinto"];

if not filter "dkim-verify" ["-A", "mx.example", "-f"] {
  fileinto "unverified";
} elsif header :matches "Authentication-Results" ["mx.example; dkim=pass *", "mx.example;*; dkim=pass *"] {
  fileinto "pass";
} elsif header :matches "Authentication-Results" ["mx.example; dkim=fail *", "mx.example;*; dkim=fail *"] {
  fileinto "fail";
}
# end
