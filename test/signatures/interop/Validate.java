import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CertificateSource;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;

/**
 * A second opinion on signed documents: EU DSS, offline. Every folder of the one named has signed.json, anchors/*.der, authorities/*.der and at.txt;
 * for every signature a line: folder, format, indication, sub-indication.
 */
public class Validate {
  public static void main(String[] arguments) throws Exception {
    String policy = strictPolicy();
    File[] folders = new File(arguments[0]).listFiles(File::isDirectory);
    Arrays.sort(folders);
    for (File folder : folders) {
      try {
        validate(folder, policy);
      } catch (Exception refusal) {
        print(folder, "none", "REFUSED", refusal.getClass().getSimpleName());
      }
    }
  }

  private static void validate(File folder, String policy) throws Exception {
    CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    verifier.setAIASource(null);
    CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
    read(new File(folder, "anchors"), anchors);
    verifier.setTrustedCertSources(anchors);
    CommonCertificateSource authorities = new CommonCertificateSource();
    read(new File(folder, "authorities"), authorities);
    verifier.setAdjunctCertSources(authorities);

    SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(new File(folder, "signed.json")));
    validator.setCertificateVerifier(verifier);
    validator.setValidationTime(Date.from(Instant.parse(Files.readString(new File(folder, "at.txt").toPath()).trim())));
    InputStream stream = new ByteArrayInputStream(policy.getBytes(StandardCharsets.UTF_8));
    SimpleReport report = validator.validateDocument(stream).getSimpleReport();
    for (String id : report.getSignatureIdList()) {
      SubIndication sub = report.getSubIndication(id);
      print(folder, report.getSignatureFormat(id).toString(), report.getIndication(id).toString(), sub == null ? "" : sub.toString());
    }
    if (report.getSignatureIdList().isEmpty()) print(folder, "none", "REFUSED", "no signature in it");
  }

  private static void read(File folder, CertificateSource source) {
    File[] files = folder.listFiles();
    if (files != null) for (File file : files) source.addCertificate(DSSUtils.loadCertificate(file));
  }

  private static void print(File folder, String format, String indication, String sub) {
    System.out.println(String.join("\t", folder.getName(), format, indication, sub));
  }

  /** DSS's own policy lets broken timestamps, expired CRLs and any key usage pass with a warning; these do not. */
  private static String strictPolicy() throws Exception {
    try (InputStream stream = Validate.class.getResourceAsStream("/policy/constraint.xml")) {
      String policy = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return policy
          .replaceAll("<RevocationFreshness Level=\"IGNORE\"[^>]*>", "<RevocationFreshnessNextUpdate Level=\"FAIL\" />")
          .replaceAll("<(KeyUsage|SupportedCriticalExtensions|NameConstraints) Level=\"WARN\"", "<$1 Level=\"FAIL\"")
          .replaceAll("(<AcceptableFormats[^>]*>\\s*)<Id>\\*</Id>", "$1<Id>JAdES-BASELINE-T</Id><Id>JAdES-BASELINE-LT</Id>")
          .replaceFirst("<UnsignedAttributes>", "<UnsignedAttributes><TLevelTimeStamp Level=\"FAIL\" />");
    }
  }
}
